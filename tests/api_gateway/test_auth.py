"""Only a token that Supabase signed for us opens the door."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api_gateway.auth import FRESH_S, REFETCH_GAP_S, JwksCache, TokenVerifier
from kit.errors import Unauthenticated, Unavailable
from tests.api_gateway.factories import Db, make_someone
from tests.api_gateway.people import JWT_SECRET, SUPABASE_URL, token

pytestmark = pytest.mark.anyio
ISSUER = f"{SUPABASE_URL}/auth/v1"
KEY = ec.generate_private_key(ec.SECP256R1())
NEXT_KEY = ec.generate_private_key(ec.SECP256R1())
CLAIMS = {"sub": str(uuid4()), "aud": "authenticated", "iss": ISSUER, "role": "authenticated", "exp": 4_000_000_000}


class Supabase:
    """Publishes keys, counts how often it is asked, and can be away."""

    def __init__(self, **keys: ec.EllipticCurvePrivateKey) -> None:
        self.keys = keys
        self.asked = 0
        self.is_away = False
        self.now = 0.0

    async def fetch(self) -> dict[str, Any]:
        self.asked += 1
        # As over a network: others run meanwhile.
        for _ in range(5):
            await asyncio.sleep(0)
        if self.is_away:
            raise ConnectionError
        algorithm = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256)
        return {
            "keys": [
                json.loads(algorithm.to_jwk(key.public_key())) | {"kid": kid, "alg": "ES256", "use": "sig"}
                for kid, key in self.keys.items()
            ]
        }

    def verifier(self, laptop_secret: str | None = None) -> TokenVerifier:
        cache = JwksCache(self.fetch, clock=lambda: self.now)
        return TokenVerifier(cache, issuer=ISSUER, laptop_secret=laptop_secret)


def signed(key: Any = KEY, kid: str = "one", algorithm: str = "ES256", **changed: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changed).items() if value is not None}
    return jwt.encode(claims, key, algorithm, headers={"kid": kid})


class TestTokens:
    async def test_a_good_one_passes(self) -> None:
        claims = await Supabase(one=KEY).verifier().verify(signed())
        assert str(claims.sub) == CLAIMS["sub"]

    @pytest.mark.parametrize(
        "changed",
        [{"exp": 1}, {"aud": "anon"}, {"iss": "https://evil.example/auth/v1"}, {"role": "service_role"},
         {"role": "anon"}, {"sub": "not-a-uuid"}, {"exp": None}, {"aud": None}, {"iss": None}, {"sub": None}],
    )  # fmt: skip
    async def test_a_wrong_claim_is_refused(self, changed: dict[str, Any]) -> None:
        with pytest.raises(Unauthenticated):
            await Supabase(one=KEY).verifier().verify(signed(**changed))

    async def test_another_hand_is_refused(self) -> None:
        with pytest.raises(Unauthenticated):
            await Supabase(one=KEY).verifier().verify(signed(NEXT_KEY))

    @pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512", "RS256", "PS256", "ES384", "EdDSA"])
    async def test_another_algorithm_is_refused(self, algorithm: str) -> None:
        public = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {
            "none": None,
            # The public key taken for a shared secret: the oldest trick.
            "HS256": public,
            "HS512": public,
            "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
            "PS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
            "ES384": ec.generate_private_key(ec.SECP384R1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        }
        with pytest.raises(Unauthenticated):
            await Supabase(one=KEY).verifier().verify(signed(keys[algorithm], algorithm=algorithm))

    async def test_a_shared_secret_is_for_the_laptop_only(self) -> None:
        shared = signed(JWT_SECRET, algorithm="HS256")
        assert await Supabase().verifier(JWT_SECRET).verify(shared)
        with pytest.raises(Unauthenticated):
            await Supabase().verifier(None).verify(shared)

    @pytest.mark.parametrize("nonsense", ["", "a.b.c", "Bearer", "é" * 50, "e30.e30.e30"])
    async def test_nonsense_is_refused(self, nonsense: str) -> None:
        with pytest.raises(Unauthenticated):
            await Supabase(one=KEY).verifier(JWT_SECRET).verify(nonsense)


class TestKeys:
    async def test_are_fetched_once_for_ten_minutes(self) -> None:
        supabase = Supabase(one=KEY)
        verifier = supabase.verifier()
        for _ in range(20):
            await verifier.verify(signed())
        assert supabase.asked == 1
        supabase.now = FRESH_S + 1
        await verifier.verify(signed())
        assert supabase.asked == 2

    async def test_one_request_fetches_for_all(self) -> None:
        supabase = Supabase(one=KEY)
        verifier = supabase.verifier()
        await asyncio.gather(*(verifier.verify(signed()) for _ in range(50)))
        assert supabase.asked == 1

    async def test_old_ones_serve_while_supabase_is_away(self) -> None:
        supabase = Supabase(one=KEY)
        verifier = supabase.verifier()
        await verifier.verify(signed())
        supabase.is_away, supabase.now = True, FRESH_S * 3
        await verifier.verify(signed())
        await verifier.verify(signed())
        assert supabase.asked == 2

    async def test_without_any_it_is_our_fault(self) -> None:
        supabase = Supabase(one=KEY)
        supabase.is_away = True
        with pytest.raises(Unavailable):
            await supabase.verifier().verify(signed())

    async def test_a_new_one_is_found_early_but_not_for_every_made_up_id(self) -> None:
        supabase = Supabase(one=KEY)
        verifier = supabase.verifier()
        await verifier.verify(signed())
        supabase.keys["two"] = NEXT_KEY
        supabase.now = REFETCH_GAP_S + 1
        assert await verifier.verify(signed(NEXT_KEY, "two"))
        for number in range(100):
            with pytest.raises(Unauthenticated):
                await verifier.verify(signed(NEXT_KEY, f"made-up-{number}"))
        assert supabase.asked == 2

    async def test_made_up_ids_cost_one_request_in_ten_seconds_however_many_come(self) -> None:
        supabase = Supabase(one=KEY)
        verifier = supabase.verifier()
        await verifier.verify(signed())
        for second in range(1, 61):
            supabase.now = float(second)
            made_up = [verifier.verify(signed(NEXT_KEY, f"made-up-{second}-{number}")) for number in range(20)]
            answers = await asyncio.gather(*made_up, return_exceptions=True)
            assert {type(answer) for answer in answers} == {Unauthenticated}
        assert supabase.asked == 1 + 60 // REFETCH_GAP_S

    async def test_an_unanswered_request_is_not_repeated_for_ten_seconds_either(self) -> None:
        supabase = Supabase(one=KEY)
        supabase.is_away = True
        verifier = supabase.verifier()
        for second in range(60):
            supabase.now = float(second)
            answers = await asyncio.gather(*(verifier.verify(signed()) for _ in range(20)), return_exceptions=True)
            assert {type(answer) for answer in answers} == {Unavailable}
        assert supabase.asked == 60 // REFETCH_GAP_S

    async def test_one_that_is_taken_back_is_refused_after_ten_minutes(self) -> None:
        supabase = Supabase(one=KEY, two=NEXT_KEY)
        verifier = supabase.verifier()
        await verifier.verify(signed())
        del supabase.keys["one"]
        await verifier.verify(signed())
        supabase.now = FRESH_S + 1
        with pytest.raises(Unauthenticated):
            await verifier.verify(signed())

    @pytest.mark.parametrize(
        "document",
        [None, [], "x", {}, {"keys": None}, {"keys": {}}, {"keys": [None]}, {"keys": [{"kid": "one", "kty": "?"}]}],
    )
    async def test_old_ones_serve_while_supabase_answers_nonsense(self, document: Any) -> None:
        supabase = Supabase(one=KEY)
        cache = JwksCache(lambda: supabase.fetch() if supabase.now < 1 else nonsense(), clock=lambda: supabase.now)

        async def nonsense() -> Any:
            return document

        verifier = TokenVerifier(cache, issuer=ISSUER, laptop_secret=None)
        await verifier.verify(signed())
        supabase.now = FRESH_S + 1
        await verifier.verify(signed())

    async def test_one_slow_answer_makes_one_caller_wait(self) -> None:
        supabase = Supabase(one=KEY)
        asked_again, answers = asyncio.Event(), asyncio.Event()

        async def fetch() -> dict[str, Any]:
            document = await supabase.fetch()
            if supabase.asked > 1:
                asked_again.set()
                await answers.wait()
            return document

        cache = JwksCache(fetch, clock=lambda: supabase.now)
        verifier = TokenVerifier(cache, issuer=ISSUER, laptop_secret=None)
        await verifier.verify(signed())
        supabase.now = FRESH_S + 1
        first = asyncio.create_task(verifier.verify(signed()))
        async with asyncio.timeout(1):
            await asked_again.wait()
            await asyncio.gather(*(verifier.verify(signed()) for _ in range(20)))
        assert not first.done()
        answers.set()
        assert await first
        assert supabase.asked == 2

    async def test_an_answer_that_never_ends_is_no_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("api_gateway.auth.FETCH_LIMIT_S", 0.05)
        supabase = Supabase(one=KEY)

        async def fetch() -> dict[str, Any]:
            document = await supabase.fetch()
            if supabase.asked > 1:
                await asyncio.Event().wait()
            return document

        cache = JwksCache(fetch, clock=lambda: supabase.now)
        verifier = TokenVerifier(cache, issuer=ISSUER, laptop_secret=None)
        await verifier.verify(signed())
        supabase.now = FRESH_S + 1
        async with asyncio.timeout(2):
            assert await verifier.verify(signed())

    async def test_keys_of_other_kinds_stand_in_nobodys_way(self) -> None:
        """Of RSA without an algorithm, of another curve, broken, or for nobody: ours beside them is used."""
        supabase = Supabase(one=KEY)
        rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
        rsa_jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key))
        others = [
            {**rsa_jwk, "kid": "rsa"}, {"kid": "odd", "kty": "?"}, {"kty": "EC", "crv": "P-256", "kid": ["x"]},
            {"kid": "broken", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, {"kty": "oct", "k": "c2VjcmV0"},
        ]  # fmt: skip

        async def fetch() -> dict[str, Any]:
            document = await supabase.fetch()
            return {"keys": [*others, *document["keys"]]}

        verifier = TokenVerifier(JwksCache(fetch), issuer=ISSUER, laptop_secret=None)
        assert await verifier.verify(signed())
        for kid in ("rsa", "odd", "broken"):
            with pytest.raises(Unauthenticated):
                await verifier.verify(signed(kid=kid))


class TestAtTheDoor:
    async def test_only_the_panel_may_read_answers(self, gateway: httpx2.AsyncClient) -> None:
        ours = await gateway.get("/api/v1/me", headers={"Origin": "http://panel.test"})
        theirs = await gateway.get("/api/v1/me", headers={"Origin": "http://evil.test"})
        assert ours.headers["access-control-allow-origin"] == "http://panel.test"
        assert "access-control-allow-origin" not in theirs.headers

    async def test_an_expired_token_is_401_with_its_problem(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        someone = make_someone(db)
        headers = {"Authorization": f"Bearer {token(someone.user_id, exp=1)}"}
        answer = await gateway.get("/api/v1/me", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_limits_are_told_and_held(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        someone = make_someone(db)
        answer = await gateway.get("/api/v1/me", headers=someone.headers)
        assert answer.headers["ratelimit-limit"] == "600"
        assert int(answer.headers["ratelimit-remaining"]) < 600

    async def test_health_needs_no_token(self, gateway: httpx2.AsyncClient) -> None:
        assert (await gateway.get("/health/live")).status_code == 200
        ready = await gateway.get("/health/ready")
        assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok"})
