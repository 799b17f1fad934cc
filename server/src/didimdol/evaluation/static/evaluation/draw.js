// A commitment made in the browser: the secret stays here. The same bytes as didimdol_decide.drawing.commitment makes.
(() => {
  "use strict";
  const place = document.querySelector("[data-commit]");
  const target = document.getElementById("id_commitment");
  if (!place || !target) return;
  const make = place.querySelector("[data-make]");
  const again = place.querySelector("[data-again]");
  const own = place.querySelector("#own-secret");
  const say = (text) => {
    const unable = place.querySelector("[data-unable]");
    unable.lastElementChild.textContent = text;
    unable.hidden = false;
  };
  if (!window.crypto?.subtle) {
    say(place.dataset.insecure);
    make.disabled = true;
    return;
  }
  const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const random = () => hex(crypto.getRandomValues(new Uint8Array(32)));
  make.addEventListener("click", async () => {
    const { digest, body } = place.dataset;
    const secret = own.value.normalize("NFC") || random();
    const salt = random();
    const content = `didimdol.draw.commitment/1\n${JSON.stringify([digest, body, secret, salt])}`;
    target.value = hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(content)));
    const file = new Blob([`${JSON.stringify({ body, secret, salt }, null, 1)}\n`], { type: "application/json" });
    again.href = URL.createObjectURL(file);
    again.download = `secret-${body}-${digest.slice(0, 8)}.json`;
    again.hidden = false;
    place.querySelector("[data-made]").hidden = false;
    again.click();
  });
})();
