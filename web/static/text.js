/* Offsets from the server count Unicode code points; JavaScript strings count UTF-16 units. */

/** The UTF-16 index of a code point offset in the text; the text's end if it is shorter. */
export function indexOfCodePoint(text, offset) {
  let index = 0;
  for (let left = offset; left > 0 && index < text.length; left -= 1) {
    index += text.codePointAt(index) > 0xffff ? 2 : 1;
  }
  return index;
}

/** The text cut at two code point offsets: before, between, after. */
export function cutAt(text, start, end) {
  const from = indexOfCodePoint(text, start);
  const to = from + indexOfCodePoint(text.slice(from), end - start);
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}

/** The last `size` units of the text, or some more or fewer so that it begins with a line. */
export function tail(text, size) {
  if (text.length <= size) return text;
  const from = text.indexOf("\n", text.length - size) + 1;
  return text.slice(from && from < text.length ? from : whole(text, text.length - size));
}

/** The first `size` units of the text, or some fewer so that it ends with a line. */
export function head(text, size) {
  if (text.length <= size) return text;
  const to = text.lastIndexOf("\n", size) + 1;
  return text.slice(0, to || whole(text, size));
}

/** The index, or the next one where it stands between the two halves of a character. */
function whole(text, index) {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff ? index + 1 : index;
}

/** "2023-09-20" as "20 September 2023", ranges likewise; anything else as it is. */
export function readableDate(date) {
  return date.split("/").map(readableDay).join(" – ");
}

function readableDay(day) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
  if (!parts) return day;
  const [year, month, dayOfMonth] = parts.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, dayOfMonth));
  return date.toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" });
}

/** "1 document", "2 documents". */
export function counted(number, noun) {
  return `${number.toLocaleString("en-GB")} ${noun}${number === 1 ? "" : "s"}`;
}
