import { describe, expect, it } from 'vitest';
import type { Principal } from '../../api/types';
import { findTyped } from './typed';

function principal(address: string, display_name: string): Principal {
  return { id: address, kind: 'user', address, display_name, administrator: false, disabled: false };
}

const idris = principal('sip:idris@contoso.example', 'Idris K.');
const idrissa = principal('sip:idrissa@contoso.example', 'Idrissa O.');

describe('A typed name', () => {
  it('means whom it names exactly, by name or address, in any letter case', () => {
    expect(findTyped([idris, idrissa], 'IDRIS K.')).toBe(idris);
    expect(findTyped([idris, idrissa], 'idris@contoso.example')).toBe(idris);
    expect(findTyped([idris, idrissa], 'sip:idrissa@contoso.example')).toBe(idrissa);
  });

  it('means the only one it finds', () => {
    expect(findTyped([idrissa], 'idrissa')).toBe(idrissa);
  });

  it('means nobody when it finds several or none', () => {
    expect(findTyped([idris, idrissa], 'idri')).toBeUndefined();
    expect(findTyped([], 'nobody')).toBeUndefined();
  });
});
