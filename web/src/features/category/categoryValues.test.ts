import { describe, expect, it } from 'vitest';
import type { Principal } from '../../api/types';
import { changes } from '../../ui/form/changes';
import { categoryBody, newCategoryValues } from './categoryValues';

const research: Principal = {
  id: 'research',
  kind: 'group',
  address: 'CN=Research,DC=contoso,DC=example',
  display_name: 'Research',
  administrator: false,
  disabled: false,
};

describe('What is sent of a category', () => {
  it('keeps history and admits nobody when it is new', () => {
    expect(categoryBody(newCategoryValues)).toMatchObject({ chat_history: true, allowed_members: [] });
  });

  it('is only what was changed, a list as a whole', () => {
    const after = { ...newCategoryValues, file_upload: true, denied_members: [research] };
    expect(changes(categoryBody(newCategoryValues), categoryBody(after))).toEqual({
      file_upload: true,
      denied_members: ['research'],
    });
  });
});
