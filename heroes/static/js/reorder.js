// Dragging questions of a form to another place: <form data-reorder> holds lists (data-reorder-list, the number of
// their section) of items (data-reorder-item, a key). Dropping one sends the form as its move buttons do, and the page
// comes back with the focus on what was moved. The buttons do the same without this module, and with the keyboard.

function bind(form) {
  let dragged = null;
  let from = null;

  form.querySelectorAll("[data-reorder-item]").forEach((item) => {
    item.draggable = true;
    item.addEventListener("dragstart", (event) => {
      dragged = item;
      from = { list: item.parentElement, next: item.nextElementSibling };
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.dataset.reorderItem);
      item.classList.add("dragged");
    });
    item.addEventListener("dragend", () => {
      item.classList.remove("dragged");
      if (dragged) from.list.insertBefore(item, from.next);
      dragged = null;
    });
  });

  form.querySelectorAll("[data-reorder-list]").forEach((list) => {
    list.addEventListener("dragover", (event) => {
      if (!dragged) return;
      event.preventDefault();
      const below = [...list.querySelectorAll("[data-reorder-item]")].find((item) => {
        const box = item.getBoundingClientRect();
        return item !== dragged && event.clientY < box.top + box.height / 2;
      });
      list.insertBefore(dragged, below ?? null);
    });
    list.addEventListener("drop", (event) => {
      if (!dragged) return;
      event.preventDefault();
      const index = [...list.querySelectorAll("[data-reorder-item]")].indexOf(dragged);
      const move = document.createElement("input");
      move.type = "hidden";
      move.name = "move";
      move.value = `question:${dragged.dataset.reorderItem}:at:${list.dataset.reorderList}:${index}`;
      dragged = null;
      form.append(move);
      form.submit();
    });
  });
}

document.querySelectorAll("form[data-reorder]").forEach(bind);
