// What luxon asks of Intl while it loads and formats, for a sandbox that has none: English and UTC.
if (typeof globalThis.Intl === 'undefined') {
  const options = { locale: 'en', numberingSystem: 'latn', calendar: 'gregory', timeZone: 'UTC' };

  class DateTimeFormat {
    constructor(_locale, { timeZone = 'UTC' } = {}) {
      if (!['utc', 'etc/utc', 'gmt'].includes(timeZone.toLowerCase())) {
        throw new RangeError(`Time zone ${timeZone} is not known here`);
      }
    }

    resolvedOptions() {
      return options;
    }

    format() {
      return '';
    }

    formatToParts() {
      return [];
    }
  }

  globalThis.Intl = { DateTimeFormat };
}
