//! CMAF tracks: ISO BMFF boxes to values and back.
