"""`python -m n8n_workflows <command>`."""
import argparse, sys
from pathlib import Path
from n8n_workflows.render import render
p = argparse.ArgumentParser(); p.add_argument('command'); p.add_argument('--out', type=Path)
a = p.parse_args(); print(render(a.out))
