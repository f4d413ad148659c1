import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import type { PreparedTab } from './prepared-tabs.ts';

/** Opens a prepared tab: the one that there is with the same document, or a new one. */
export function useOpenTab(): (tab: PreparedTab) => void {
  const actions = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(({ tabs, queryEditor, variableEditor }) => ({
    tabs,
    queryEditor,
    variableEditor,
  }));
  return ({ query, variables }) => {
    const index = tabs.findIndex((tab) => tab.query === query);
    if (index !== -1) {
      actions.changeTab(index);
      return;
    }
    actions.addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables ?? '');
    actions.updateActiveTabValues({ query, variables });
  };
}
