"""The layers of converted models, two files each; see `kinglet.convert.layer`."""
