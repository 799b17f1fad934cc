from server.tests import worlds
def test_w(db):
    w = worlds.closed_challenge()
    r = worlds.closed_round(w)
    assert r.state == "closed"
