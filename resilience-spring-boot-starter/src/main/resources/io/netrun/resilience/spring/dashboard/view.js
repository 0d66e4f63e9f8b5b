// From two snapshots to what a tile shows.

const CALLS = {
  circuitBreakers: ['totalSucceeded', 'totalFailed', 'totalIgnored', 'totalCancelled'],
  bulkheads: ['totalAccepted'], rateLimiters: ['totalAccepted'], fallbacks: ['totalRecovered', 'totalFailed', 'totalPassed'],
  retries: ['totalRetries'], hedges: ['totalHedged'], timeouts: [],
};
const FAILURES = ['totalFailed', 'totalExhausted', 'totalTimedOut'];
const REFUSALS = ['totalRejected', 'totalDenied'];
const CALLS_ARE = {retries: 'Retries', hedges: 'Hedges', fallbacks: 'Outcomes'};

const sum = (values, keys) => keys.reduce((total, key) => total + (values[key] ?? 0), 0);
const has = (values, keys) => keys.some(key => key in values);
const perSecond = number => `${number >= 10 ? Math.round(number) : Number(number.toFixed(1))}/s`;

/** Rows of a tile as [label, text], with its level: calm, watch or bad. */
export function view(section, now, before, seconds, serverTime) {
  const rate = keys => before && seconds > 0 ? Math.max(0, sum(now, keys) - sum(before, keys)) / seconds : 0;
  const refusals = rate(REFUSALS), rows = [];
  const calls = CALLS[section] ?? [];
  if (calls.length) rows.push([CALLS_ARE[section] ?? 'Calls', perSecond(rate(calls))]);
  if (has(now, FAILURES)) rows.push([section === 'timeouts' ? 'Timed out' : 'Failures', perSecond(rate(FAILURES))]);
  if (has(now, REFUSALS)) rows.push(['Refusals', perSecond(refusals)]);
  if ('maxConcurrent' in now) {
    rows.push(['Running', `${now.syncActive + now.asyncActive} of ${now.maxConcurrent}`]);
    rows.push(['Sync, async', `${now.syncActive}, ${now.asyncActive}`]);
    rows.push(['Waiting', `${now.syncQueued + now.asyncQueued} of ${now.maxQueue}`]);
  }
  if ('available' in now) rows.push(['Permits left', `${now.available} of ${now.limit}`], ['Waiting', String(now.waiting)]);
  if ('abandoned' in now) rows.push(['Run on after their limit', String(now.abandoned)]);
  if ('failureCount' in now) rows.push(['Failures counted', String(now.failureCount)]);
  if ('totalOpened' in now) rows.push(['Opened so far', String(now.totalOpened)]);
  if (now.nextTrialTime) {
    const left = Math.ceil((Date.parse(now.nextTrialTime) - serverTime) / 1000);
    rows.push(['Next trial', left > 0 ? `in ${left} s` : 'with the next call']);
  }
  return {rows, rates: [rate(calls), rate(FAILURES), refusals], enabled: now.enabled !== false, ...state(now, refusals)};
}

function state(now, refusals) {
  if (now.enabled === false) return {level: 'watch', word: 'switched off'};
  if (now.state) {
    const level = {open: 'bad', forced_open: 'bad', closed: 'calm'}[now.state] ?? 'watch';
    return {level, word: now.state.replace('_', ' ')};
  }
  if (refusals > 0) return {level: 'bad', word: 'refuses'};
  if ((now.syncQueued ?? 0) + (now.asyncQueued ?? 0) + (now.waiting ?? 0) > 0) return {level: 'watch', word: 'calls wait'};
  return {level: 'calm', word: 'at ease'};
}
