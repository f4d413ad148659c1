import { writeFileSync } from 'node:fs';
import { generatedPages } from './generated-pages.ts';

for (const { path, content } of generatedPages()) writeFileSync(new URL(`../${path}`, import.meta.url), content);
