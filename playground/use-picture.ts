import { useGraphiQL } from '@graphiql/react';
import { useEffect, useEffectEvent } from 'react';
import { findPictureVariable, withPicture } from './picture-variable.ts';

/** In base64 a third more, which fits into the 16 MiB that a server takes unless it is told otherwise. */
const mostBytes = 11 * 1024 * 1024;

/**
 * Puts pictures that are pasted or dropped anywhere on the page into the variables of the open tab, as base64.
 * @param tell is told what became of it, in a sentence.
 * @returns does the same with a file that was chosen
 */
export function usePicture(tell: (message: string) => void): (file: File) => void {
  const { queryEditor, variableEditor, schema } = useGraphiQL(({ queryEditor, variableEditor, schema }) => ({
    queryEditor,
    variableEditor,
    schema,
  }));

  const take = async (file: File): Promise<string> => {
    if (!file.type.startsWith('image/')) return `${file.name} is no picture.`;
    if (file.size > mostBytes) return `${file.name} is larger than 11 MiB, which is more than the server takes.`;
    const place = findPictureVariable(queryEditor?.getValue() ?? '', schema ?? null);
    if (place === null) return 'The operation of this tab takes no picture: open the example of a model for pictures.';
    const base64 = await base64Of(file);
    try {
      variableEditor?.setValue(withPicture(variableEditor.getValue(), place, base64));
    } catch {
      return 'The variables are no JSON; mend them, and try again.';
    }
    return `${file.name} is in the variable $${place.variable} now. Ctrl-Enter runs the operation.`;
  };
  const takeFile = (file: File): void => {
    void take(file).then(tell);
  };

  const onPaste = useEffectEvent((event: ClipboardEvent) => {
    const { files = null, types = [] } = event.clipboardData ?? {};
    // Programs for tables copy a picture of their cells beside the text, which is what is meant.
    const [file] = types.includes('text/plain') ? [] : (files ?? []);
    if (file === undefined) return;
    swallow(event);
    takeFile(file);
  });
  const onDrop = useEffectEvent((event: DragEvent) => {
    const [file] = event.dataTransfer?.files ?? [];
    if (file === undefined) return;
    swallow(event);
    takeFile(file);
  });
  useEffect(() => {
    // Before the editors, which would take a file for a text to insert.
    const listening = new AbortController();
    const options = { capture: true, signal: listening.signal };
    document.addEventListener('paste', (event) => onPaste(event), options);
    document.addEventListener('drop', (event) => onDrop(event), options);
    document.addEventListener(
      'dragover',
      (event) => {
        if (event.dataTransfer?.types.includes('Files') === true) swallow(event);
      },
      options,
    );
    return () => listening.abort();
  }, []);
  return takeFile;
}

function swallow(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

function base64Of(file: File): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = new FileReader();
  reader.addEventListener('load', () => {
    // As a data URL it is a text.
    resolve((reader.result as string).replace(/^[^,]*,/, ''));
  });
  reader.addEventListener('error', () => reject(reader.error ?? new Error('The file cannot be read.')));
  reader.readAsDataURL(file);
  return promise;
}
