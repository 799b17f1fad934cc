import time

from server.tests.house import matrix, scenes


def test_x(db, settings):
    settings.DEVELOPMENT = False
    t = time.time()
    s = scenes.open_scene()
    print("open", time.time() - t)
    tab = {}
    for p in scenes.PHASES:
        s.go_to(p)
        print(p, time.time() - t)
        new = matrix.answers(s)
        tab.update(new)
        print(len(new), len(new) * 21, time.time() - t)
    matrix.write(tab)
