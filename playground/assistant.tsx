import { ToolbarButton, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef, useState } from 'react';
import { KeyForm } from './key-form.tsx';
import { exampleTab } from './prepared-tabs.ts';
import { useServer } from './server-context.ts';
import { troubleWords } from './trouble.ts';
import { useOpenTab } from './use-open-tab.ts';
import { usePicture } from './use-picture.ts';

/** What the page adds to GraphiQL's toolbar, and what it has to say: of the server, of new models, and of pictures. */
export function Assistant() {
  const { server, state } = useServer();
  const actions = useGraphiQLActions();
  const [message, setMessage] = useState<string | null>(null);
  const takePicture = usePicture(setMessage);
  const keyDialog = useRef<HTMLDialogElement>(null);
  const { changes, trouble } = state;
  const followed = useRef(changes);

  useEffect(() => {
    if (followed.current === changes) return;
    followed.current = changes;
    void actions.introspect();
  }, [changes, actions]);

  const useKey = async (key: string): Promise<void> => {
    server.setKey(key);
    await actions.introspect();
    if (server.state.trouble?.kind !== 'key-needed') keyDialog.current?.close();
  };
  return (
    <>
      <PictureButton onFile={takePicture} />
      {state.asksForKeys ? (
        <ToolbarButton label="Enter another API key" onClick={() => keyDialog.current?.showModal()}>
          <KeyIcon />
        </ToolbarButton>
      ) : null}
      <dialog ref={keyDialog} className="key-dialog" aria-label="API key">
        <KeyForm
          reason={trouble?.kind === 'key-needed' ? troubleWords(trouble) : 'Another key shows what it may see.'}
          onKey={useKey}
        />
        <button type="button" className="key-cancel" onClick={() => keyDialog.current?.close()}>
          Cancel
        </button>
      </dialog>
      <div className="notices" role="status">
        {trouble === null ? null : (
          <div className="notice notice-trouble">
            <p>{troubleWords(trouble)}</p>
            {trouble.kind === 'key-needed' ? (
              <button type="button" onClick={() => keyDialog.current?.showModal()}>
                Enter a key
              </button>
            ) : (
              <button type="button" onClick={() => server.look()}>
                Try now
              </button>
            )}
          </div>
        )}
        <News />
        {message === null ? null : (
          <div className="notice">
            <p>{message}</p>
            <button type="button" onClick={() => setMessage(null)}>
              Close
            </button>
          </div>
        )}
      </div>
    </>
  );
}

/** More names than that are told as a number. */
const mostNames = 3;

/** Which models came and went, with a way to the example of the first that came. */
function News() {
  const { server, state } = useServer();
  const openTab = useOpenTab();
  if (state.news === null) return null;
  const { came, went } = state.news;
  const model = state.models.find(({ name }) => name === came[0]);
  const tab = model === undefined ? null : exampleTab(model);
  const open = () => {
    if (tab !== null) openTab(tab);
    server.forgetNews();
  };
  return (
    <div className="notice">
      <p>
        {came.length === 0 ? '' : `Served now: ${namesOf(came)}. `}
        {went.length === 0 ? '' : `Served no more: ${namesOf(went)}. `}
      </p>
      {tab === null ? null : (
        <button type="button" onClick={open}>
          Open the example
        </button>
      )}
      <button type="button" onClick={() => server.forgetNews()}>
        Close
      </button>
    </div>
  );
}

function namesOf(names: readonly string[]): string {
  if (names.length <= mostNames) return names.join(', ');
  return `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`;
}

function PictureButton({ onFile }: { readonly onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <ToolbarButton label="Put a picture into the variables" onClick={() => input.current?.click()}>
        <PictureIcon />
      </ToolbarButton>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file !== undefined) onFile(file);
          // The same file again is a change, too.
          currentTarget.value = '';
        }}
      />
    </>
  );
}

const icon = {
  className: 'graphiql-toolbar-icon',
  viewBox: '0 0 24 24',
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.5,
  'aria-hidden': true,
} as const;

function PictureIcon() {
  return (
    <svg {...icon}>
      <rect x="3" y="4" width="18" height="16" rx="2" />
      <circle cx="8.5" cy="9.5" r="1.75" />
      <path d="m4 18 6-5 4 3 3-2.5 4 3.5" />
    </svg>
  );
}

function KeyIcon() {
  return (
    <svg {...icon}>
      <circle cx="8" cy="15" r="4" />
      <path d="m11 12 9-9m-4 4 3 3m-6 0 2 2" />
    </svg>
  );
}
