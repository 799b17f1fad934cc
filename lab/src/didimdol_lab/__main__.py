from didimdol_lab.cli import main

raise SystemExit(main())
