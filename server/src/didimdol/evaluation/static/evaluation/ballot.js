// The live total, and a word at once where points do not fit. The server decides both again.
(() => {
  "use strict";
  const form = document.querySelector("form[data-ballot]");
  if (!form) return;
  const total = form.querySelector("[data-total]");
  const inputs = [...form.querySelectorAll("input[data-points]")];
  const update = () => {
    let hundredths = 0;
    for (const input of inputs) {
      const value = Number(input.value);
      const wrong = input.validity.badInput || (input.value !== "" && !(value >= 0 && value <= Number(input.max)));
      const said = document.getElementById(`${input.id}_limit`);
      if (said) {
        said.hidden = !wrong;
        said.lastElementChild.textContent = wrong ? input.dataset.limit : "";
      }
      if (wrong) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      if (!wrong) hundredths += Math.round(value * 100);
    }
    total.textContent = String(hundredths / 100);
  };
  form.addEventListener("input", update);
  update();
})();
