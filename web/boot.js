// Runs before the first paint, so that colours do not flash and hidden amounts are never seen. What it sets is read by
// src/settings/settings.ts, which writes the same place.
;(function () {
  var root = document.documentElement
  var kept = {}
  try {
    kept = JSON.parse(localStorage.getItem('tidemark') || '{}') || {}
  } catch {
    // No storage, or not ours: as on a first visit.
  }
  var dark = matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = kept.theme === 'dark' || kept.theme === 'light' ? kept.theme : dark ? 'dark' : 'light'
  root.dataset.palette =
    kept.palette === 'green-red' || kept.palette === 'red-up' ? kept.palette : 'blue-orange'
  root.dataset.privacy = kept.privacy === true ? 'on' : 'off'
})()
