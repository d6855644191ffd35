import type { DocumentNode } from 'graphql';

export function staffText(document: DocumentNode): string;
