import {
  changeSettings,
  CURRENCY_NAMES,
  PALETTES,
  THEMES,
  useSettings,
  type Settings as Chosen,
} from '../../settings/settings.ts'
import { useCurrency } from '../../shell/currency.ts'
import { money } from '../../format/money.ts'
import { time } from '../../format/time.ts'
import { Panel } from '../../ui/Panel.tsx'
import { useNow } from '../../ui/use-now.ts'
import { RadioGroup } from './RadioGroup.tsx'
import styles from './Settings.module.css'
import { zoneName, zonesByRegion } from './zones.ts'

const PALETTE_WORDS: Readonly<Record<Chosen['palette'], string>> = {
  'blue-orange': 'Blue is up, orange is down: told apart by everybody',
  'green-red': 'Green is up, red is down',
  'red-up': 'Red is up, green is down',
}
const THEME_WORDS: Readonly<Record<Chosen['theme'], string>> = {
  auto: 'As the device',
  light: 'Light',
  dark: 'Dark',
}
const SAMPLE = '1234.5'

/** How figures look in this browser: nobody else's are changed by it. */
export function Display() {
  const { palette, theme, privacy, currencyName, hideSmall } = useSettings()
  const currency = useCurrency()
  return (
    <Panel title="How it looks in this browser">
      <div className={styles.form}>
        <RadioGroup
          label="Theme"
          value={theme}
          options={THEMES.map((key) => ({ key, label: THEME_WORDS[key] }))}
          onChange={(chosen) => changeSettings({ theme: chosen })}
        />
        <RadioGroup
          label="Colours of up and down"
          value={palette}
          options={PALETTES.map((key) => ({
            key,
            label: (
              <>
                <Swatches palette={key} /> {PALETTE_WORDS[key]}
              </>
            ),
          }))}
          onChange={(chosen) => changeSettings({ palette: chosen })}
        />
        <RadioGroup
          label="Currency"
          value={currencyName}
          options={currencyOptions(currency, currencyName)}
          onChange={(chosen) => changeSettings({ currencyName: chosen })}
        />
        <Zone />
        <label className={styles.radio}>
          <input
            type="checkbox"
            checked={privacy}
            onChange={({ target }) => changeSettings({ privacy: target.checked })}
          />
          Hide amounts, in the page, its title and what is read out (key p)
        </label>
        <label className={styles.radio}>
          <input
            type="checkbox"
            checked={hideSmall}
            onChange={({ target }) => changeSettings({ hideSmall: target.checked })}
          />
          Leave out holdings worth less than 1
        </label>
      </div>
    </Panel>
  )
}

/** Ways that look alike in this currency are one. */
function currencyOptions(currency: string, chosen: Chosen['currencyName']) {
  const looks = CURRENCY_NAMES.map((key) => ({ key, text: money(SAMPLE, { currency, name: key }).text }))
  const mine = looks.find(({ key }) => key === chosen)
  return looks
    .filter(({ key, text }) => key === chosen || text !== mine?.text)
    .filter(({ text }, at, all) => all.findIndex((one) => one.text === text) === at)
    .map(({ key, text }) => ({ key, label: <span className="num">{text}</span> }))
}

/** The pair as it would look, whatever is chosen now. */
function Swatches({ palette }: { readonly palette: Chosen['palette'] }) {
  return (
    <span className={styles.swatches} data-pair={palette} aria-hidden="true">
      <span>▲</span>
      <span>▼</span>
    </span>
  )
}

function Zone() {
  const { zone } = useSettings()
  const now = useNow()
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <label className="field">
      <span>Time zone</span>
      <select
        className={styles.zone}
        value={zone ?? ''}
        onChange={({ target }) => changeSettings({ zone: target.value === '' ? null : target.value })}
      >
        <option value="UTC">UTC, as hours are counted</option>
        <option value="">As the device ({zoneName(mine)})</option>
        {zonesByRegion(Intl.supportedValuesOf('timeZone')).map(([region, zones]) => (
          <optgroup key={region} label={region}>
            {zones.map((name) => (
              <option key={name} value={name}>
                {zoneName(name)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <span className="small soft">It is {time(now, zone)}.</span>
    </label>
  )
}
