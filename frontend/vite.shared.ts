import { lingui } from '@lingui/vite-plugin';
import babel from '@rolldown/plugin-babel';
import type { PluginOption } from 'vite';

/** Schools still use Windows 7 and 8.1, where Chrome and Edge stop at 109. */
export const STAFF_TARGET = ['chrome109', 'edge109', 'firefox115', 'safari15'];
export const PUBLIC_TARGET = ['es2018', 'chrome67', 'safari12'];

/** Lingui's macros become message ids, and .po files become modules. */
export function translation(): PluginOption[] {
  return [babel({ include: /\/src\/.*\.tsx?$/, plugins: ['@lingui/babel-plugin-lingui-macro'] }), lingui()];
}
