"""python -m heroes"""

from heroes.cli import main

main()
