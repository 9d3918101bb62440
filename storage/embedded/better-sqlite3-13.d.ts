/** Version 13 of the driver under its name in package.json. What is used of it is the same in both. */
declare module 'better-sqlite3-13' {
  import Driver from 'better-sqlite3'
  export default Driver
}
