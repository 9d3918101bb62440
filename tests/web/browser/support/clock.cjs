// Loaded before a program that is to take another moment for now: its clock starts there, and runs. Threads of the
// program start later than it and inherit its environment, so that all count from one moment.
const Real = Date
process.env.TIDEMARK_TEST_BEGAN ??= String(Real.now())
const off = Number(process.env.TIDEMARK_TEST_NOW) - Number(process.env.TIDEMARK_TEST_BEGAN)

globalThis.Date = class Date extends Real {
  constructor(...parts) {
    if (parts.length === 0) super(Real.now() + off)
    else super(...parts)
  }

  static now() {
    return Real.now() + off
  }
}
