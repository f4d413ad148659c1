/**
 * The browser's storage for GraphiQL, without headers: what somebody typed as a key into the editor of the headers is not
 * kept. GraphiQL leaves headers out of the tabs that it stores, and puts them into the history all the same.
 */
export function keylessStorage(storage: Storage): Storage {
  return {
    get length() {
      return storage.length;
    },
    key: (index) => storage.key(index),
    getItem: (key) => storage.getItem(key),
    setItem: (key, value) => storage.setItem(key, isList(key) ? withoutHeaders(value) : value),
    removeItem: (key) => storage.removeItem(key),
    clear: () => storage.clear(),
  };
}

/** What GraphiQL stores as JSON that has headers in it: tabs, history and favourites. Contents of editors are text. */
function isList(key: string): boolean {
  return /:(?:tabState|queries|favorites)$/.test(key);
}

function withoutHeaders(json: string): string {
  return JSON.stringify(JSON.parse(json, (key, value: unknown) => (key === 'headers' ? null : value)));
}
