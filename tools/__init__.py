"""What maintainers of this repository run: ``python -m tools audit | rerun``. Nothing in qiyou imports it."""
