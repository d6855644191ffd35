import type { CodegenConfig } from '@graphql-codegen/cli';

const shared = {
  useTypeImports: true,
  enumsAsTypes: true,
  strictScalars: true,
  scalars: { Date: 'string', DateTime: 'string', ID: 'string' },
} as const;

const SHARED = 'src/shared/**/*.graphql';

/**
 * Types and documents from the server's own schema. The two bundles get their operations apart, so that no staff
 * operation can reach the public pages; there a document stays a string, which needs no GraphQL code at run time.
 * The offices' screens have a module of their own, which is fetched with the first of them; it repeats the staff's fragments.
 */
const config: CodegenConfig = {
  schema: '../backend/schema/schema.graphql',
  generates: {
    './src/shared/gql/': {
      documents: SHARED,
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { ...shared, documentMode: 'string' },
    },
    './src/public/gql/': {
      documents: [SHARED, 'src/public/**/*.graphql'],
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { ...shared, documentMode: 'string' },
    },
    './src/staff/gql/': {
      documents: [SHARED, 'src/staff/**/*.graphql'],
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: shared,
    },
    './src/office/gql/': {
      documents: [SHARED, 'src/staff/**/*.graphql', 'src/office/**/*.graphql'],
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: shared,
    },
  },
};

export default config;
