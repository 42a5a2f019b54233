/** What the form of a category holds, and what of it is sent. */
import type { Category, NewCategory, Principal } from '../../api/types';

export interface CategoryValues {
  name: string;
  description: string;
  invitations: boolean;
  file_upload: boolean;
  chat_history: boolean;
  allowed_members: readonly Principal[];
  denied_members: readonly Principal[];
  creators: readonly Principal[];
}

/** As the original began one: nobody in scope, history kept. */
export const newCategoryValues: CategoryValues = {
  name: '',
  description: '',
  invitations: false,
  file_upload: false,
  chat_history: true,
  allowed_members: [],
  denied_members: [],
  creators: [],
};

export function categoryValues(category: Category): CategoryValues {
  const { name, description, invitations, file_upload, chat_history } = category;
  const { allowed_members, denied_members, creators } = category;
  return {
    name,
    description,
    invitations,
    file_upload,
    chat_history,
    allowed_members,
    denied_members,
    creators,
  };
}

const ids = (principals: readonly Principal[]) => principals.map(({ id }) => id);

export function categoryBody(values: CategoryValues): Required<NewCategory> {
  return {
    ...values,
    name: values.name.trim(),
    description: values.description.trim(),
    allowed_members: ids(values.allowed_members),
    denied_members: ids(values.denied_members),
    creators: ids(values.creators),
  };
}
