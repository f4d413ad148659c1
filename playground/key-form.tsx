import { type SubmitEvent, useId, useState } from 'react';

export interface KeyFormProps {
  /** What is said above: why a key is asked for. */
  readonly reason: string;
  /** Is given the key; resolves when the server has answered to it. */
  readonly onKey: (key: string) => Promise<void>;
}

/** Headers take these characters and no others. */
const usable = /^[\x21-\x7e]+$/;

/** Asks for a key. */
export function KeyForm({ reason, onKey }: KeyFormProps) {
  const id = useId();
  const [key, setKey] = useState('');
  const [isAsking, setIsAsking] = useState(false);
  const trimmed = key.trim();
  const fault =
    trimmed === '' || usable.test(trimmed) ? '' : 'A key has no blanks in it, and no letters but those of ASCII.';
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (trimmed === '' || fault !== '') return;
    setIsAsking(true);
    void onKey(trimmed).finally(() => setIsAsking(false));
  };
  return (
    <form className="key-form" onSubmit={submit}>
      <p role="alert">{fault === '' ? reason : fault}</p>
      <label htmlFor={id}>API key, or token</label>
      <div className="key-row">
        <input
          id={id}
          type="password"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          value={key}
          aria-describedby={`${id}-note`}
          onChange={({ currentTarget }) => setKey(currentTarget.value)}
        />
        <button type="submit" disabled={isAsking}>
          Use it
        </button>
      </div>
      <p id={`${id}-note`} className="key-note">
        It stays in the memory of this tab, and is gone when the page is loaded anew. <code>inferql key create</code>{' '}
        makes one.
      </p>
    </form>
  );
}
