const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Clears the line that the spinner has drawn, for another one in its place. */
export const takenAway = '\r\u001B[K';

/** Shows one moving line until the work ends, then takes it away; Ctrl-C stays a signal all the while. */
export async function spin<T>(output: NodeJS.WriteStream, label: string, work: Promise<T>): Promise<T> {
  let frame = 0;
  const draw = () => output.write(`${takenAway}${frames[frame++ % frames.length]} ${label}`);
  draw();
  const timer = setInterval(draw, 80);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    output.write(takenAway);
  }
}
