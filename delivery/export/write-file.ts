import { open, readdir, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { TidemarkError } from '#core/errors.ts'

/**
 * Writes a file whole or not at all: to a temporary name in the same folder, flushed to the disk, then renamed over
 * the old one. A new file is readable by its owner only; an old one keeps its rights. A symbolic link stays, and what
 * it points to is replaced; a device or pipe is written to as it is.
 * @returns bytes written
 * @throws TidemarkError STORE_FULL or FILE_INVALID, the old file as it was; whatever `chunks` throws, likewise
 */
export async function writeFileAtomically(path: string, chunks: AsyncIterable<string>): Promise<number> {
  try {
    const target = await realpath(path).catch(() => path)
    const before = await stat(target).catch(() => null)
    if (before !== null && !before.isFile() && !before.isDirectory())
      return await writeTo(target, 'w', chunks)
    return await replace(target, (before?.mode ?? 0o600) & 0o777, chunks)
  } catch (error) {
    throw fileError(path, error)
  }
}

async function replace(target: string, mode: number, chunks: AsyncIterable<string>): Promise<number> {
  const folder = dirname(target)
  await removeLeftovers(folder, basename(target))
  const temporary = join(folder, `.${basename(target)}.${process.pid}.tmp`)
  try {
    const bytes = await writeTo(temporary, 'wx', chunks, mode)
    await rename(temporary, target)
    await flushFolder(folder)
    return bytes
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function writeTo(
  path: string,
  flags: string,
  chunks: AsyncIterable<string>,
  mode = 0o600,
): Promise<number> {
  const file = await open(path, flags, mode)
  try {
    // The mode of `open` is cut by the process's mask.
    if (flags === 'wx') await file.chmod(mode)
    return await writeAll(file, chunks, flags === 'wx')
  } finally {
    await file.close()
  }
}

async function writeAll(file: FileHandle, chunks: AsyncIterable<string>, flush: boolean): Promise<number> {
  let bytes = 0
  for await (const chunk of chunks) {
    const buffer = Buffer.from(chunk)
    for (let at = 0; at < buffer.length;) at += (await file.write(buffer, at)).bytesWritten
    bytes += buffer.length
  }
  if (flush) await file.sync()
  return bytes
}

/** A rename is on the disk only once its folder is; not every system can flush a folder. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  if (handle === null) return
  await handle.sync().catch(() => undefined)
  await handle.close()
}

/** Removes what an earlier run left when it was killed while it wrote the same file. */
async function removeLeftovers(folder: string, name: string): Promise<void> {
  const start = `.${name}.`
  for (const entry of await readdir(folder).catch(() => [])) {
    if (!entry.startsWith(start) || !entry.endsWith('.tmp')) continue
    const owner = entry.slice(start.length, -'.tmp'.length)
    if (/^\d+$/.test(owner) && (Number(owner) === process.pid || !isRunning(Number(owner)))) {
      await rm(join(folder, entry), { force: true })
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function fileError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (error instanceof TidemarkError || typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) return error
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new TidemarkError('STORE_FULL', {
      message: `There is no space left to write ${path}; what was there before is untouched.`,
      fix: 'Free some space on that disk, or name another place with --output.',
      cause: error,
    })
  }
  const words: Record<string, string> = {
    ENOENT: 'its folder does not exist',
    ENOTDIR: 'a part of the path is a file',
    EISDIR: 'it is a folder',
    EACCES: 'you may not write there',
    EPERM: 'you may not write there',
    EROFS: 'that file system is read-only',
  }
  return new TidemarkError('FILE_INVALID', {
    message: `The file ${path} cannot be written: ${words[code] ?? code}.`,
    fix: 'Name another place with --output, or mend this one.',
    cause: error,
  })
}
