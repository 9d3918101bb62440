/** Gives a file to the browser to keep. */
export function save(blob: Blob, name: string): void {
  const href = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = href
  link.download = name
  link.click()
  // The browser has its own copy by then.
  setTimeout(() => URL.revokeObjectURL(href), 60_000)
}
