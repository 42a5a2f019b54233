/** Every test starts with English strings and leaves no mounted component behind. */
import { cleanup } from '@testing-library/react';
import { afterEach, beforeAll } from 'vitest';
import { startI18n } from '../i18n';

beforeAll(() => startI18n('en'));
afterEach(() => cleanup());
