const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Shows one moving line until the work ends, then takes it away; Ctrl-C stays a signal all the while. */
export async function spin<T>(output: NodeJS.WriteStream, label: string, work: Promise<T>): Promise<T> {
  let frame = 0;
  const draw = () => output.write(`\r\u001B[K${frames[frame++ % frames.length]} ${label}`);
  draw();
  const timer = setInterval(draw, 80);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    output.write('\r\u001B[K');
  }
}
