//! ffmpeg, ffprobe and VMAF as sandboxed child processes.
