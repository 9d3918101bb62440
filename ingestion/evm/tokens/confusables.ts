/**
 * Letters of other scripts that read as Latin ones in the fonts of tables: code point and what it reads as. Chosen by
 * eye from Cyrillic, Greek, Armenian, Cherokee, Lisu, and Latin letters with strokes; what Unicode itself calls
 * compatible (full-width, mathematical, superscript) is folded by NFKD and needs no entry.
 */
const TABLE = `
0410A 0412B 0415E 041AK 041CM 041DH 041EO 0420P 0421C 0422T 0423Y 0425X 04173 042CB 0405S 0406I 0408J 0474V 04C0I
04AEY 0500D 051AQ 051CW 050CG 04BAH 0430a 0432b 0435e 043Ak 043Cm 043Dh 043Eo 0440p 0441c 0442t 0443y 0445x 0455s
0456i 0458j 0475v 04CFl 04AFy 0501d 051Bq 051Dw 04BBh
0391A 0392B 0395E 0396Z 0397H 0399I 039AK 039CM 039DN 039FO 03A1P 03A4T 03A5Y 03A7X 03F9C 037FJ 039EE 03B1a 03B9i
03BAk 03BDv 03BFo 03C1p 03C4t 03C5u 03C7x 03F2c 03B7n 03C9w 03B3y
0555O 054FS 054DU 0585o 057Du 0578n 0570h 0581g 0566q
13A0D 13A1R 13A2T 13AAA 13ABJ 13ACE 13B3W 13B7M 13BBH 13C0G 13C3Z 13DAS 13D9V 13DEL 13DFC 13E2P 13E6K 13F4B 13A5i
A4EEA A4D0B A4DAC A4D3D A4F0E A4D6G A4E7H A4F2I A4D9J A4D7K A4E1L A4DFM A4E0N A4F3O A4D1P A4E3R A4E2S A4D4T A4E6V
A4EAW A4EBX A4ECY A4DCZ A4F4U 144CU
0131i 0110D 0111d 018AD 00D8O 00F8o 0141L 0142l 0192f 0166T 0167t 20AET 20BFB 0024S`

const READS_AS: ReadonlyMap<string, string> = new Map(
  TABLE.trim()
    .split(/\s+/)
    .map((entry) => [String.fromCodePoint(parseInt(entry.slice(0, 4), 16)), entry.slice(4)]),
)

/**
 * What a symbol reads as at a glance: letters without accents in upper case, look-alikes as the Latin letter, nothing
 * else. Two symbols of one skeleton can be taken for each other.
 */
export function skeleton(symbol: string): string {
  const plain = symbol.replace(/^\$/, '').normalize('NFKD').replace(/\p{M}/gu, '')
  return [...plain]
    .map((char) => READS_AS.get(char) ?? char)
    .join('')
    .toUpperCase()
    .replace(/0/g, 'O')
    .replace(/[1L|]/g, 'I')
    .replace(/[^\p{L}\p{N}]/gu, '')
}

/** The symbol with each letter that only pretends to be a Latin one as `?`; whole words of another script stay. */
export function unmasked(symbol: string): string {
  const letters = [...symbol].filter((char) => /\p{L}/u.test(char))
  const foreign = letters.filter((char) => char > '\u024f')
  const pretends = foreign.length > 0 && foreign.every((char) => READS_AS.has(char))
  if (!pretends) return symbol
  return [...symbol].map((char) => (foreign.includes(char) ? '?' : char)).join('')
}
