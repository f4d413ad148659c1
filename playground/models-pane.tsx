import type { GraphiQLPlugin } from '@graphiql/react';
import { useId, useState } from 'react';
import type { ModelFacts } from './model-list.ts';
import { exampleTab, type PreparedTab } from './prepared-tabs.ts';
import { useServer } from './server-context.ts';
import { useOpenTab } from './use-open-tab.ts';

/** As many are seen at one glance. */
const fewModels = 8;

function ModelsPane() {
  const { state } = useServer();
  const openTab = useOpenTab();
  const searchId = useId();
  const [search, setSearch] = useState('');
  const words = search.toLowerCase();
  const shown = state.models.filter(({ name, title, task }) =>
    [name, title ?? '', task].some((text) => text.toLowerCase().includes(words)),
  );
  return (
    <section className="models-pane" aria-label="Models">
      <h2>Models</h2>
      {state.models.length > fewModels ? (
        <>
          <label htmlFor={searchId}>Search by name or task</label>
          <input
            id={searchId}
            type="search"
            value={search}
            onChange={({ currentTarget }) => setSearch(currentTarget.value)}
          />
        </>
      ) : null}
      {shown.length === 0 ? (
        <p>{state.models.length === 0 ? 'No model is served.' : 'No model is called so.'}</p>
      ) : null}
      <ul>
        {shown.map((model) => (
          <ModelItem key={model.name} model={model} onOpen={openTab} />
        ))}
      </ul>
    </section>
  );
}

function ModelItem({ model, onOpen }: { readonly model: ModelFacts; readonly onOpen: (tab: PreparedTab) => void }) {
  const { name, title, description, task, ready } = model;
  const tab = exampleTab(model);
  return (
    <li>
      <h3>{name}</h3>
      <span className="model-task">{task}</span>
      {title === null ? null : <p className="model-title">{title}</p>}
      {description === null ? null : <p className="model-description">{description}</p>}
      {ready ? null : <p>It is not served now.</p>}
      {tab === null ? null : (
        <button type="button" aria-label={`Open the example of ${name}`} onClick={() => onOpen(tab)}>
          Open the example
        </button>
      )}
    </li>
  );
}

function ModelsIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M12 3 20 7.5v9L12 21l-8-4.5v-9L12 3Z" />
      <path d="m4 7.5 8 4.5 8-4.5M12 12v9" />
    </svg>
  );
}

/** The pane that lists the models, each with its example. */
export const modelsPlugin: GraphiQLPlugin = { title: 'Models', icon: ModelsIcon, content: ModelsPane };
