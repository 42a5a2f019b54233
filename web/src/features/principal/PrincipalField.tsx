/**
 * A list of principals: found by name or address, or typed as the original's page takes them, `name; name`, which are
 * checked on Enter.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { principalsQuery } from '../../api/queries';
import type { Principal } from '../../api/types';
import { TokenField } from '../../ui/TokenField';
import { findTyped, shortAddress } from './typed';

export interface PrincipalFieldProps {
  label: string;
  value: readonly Principal[];
  onChange: (principals: Principal[]) => void;
  description?: string;
  error?: string | undefined;
  changed?: boolean;
}

export function PrincipalField({ value, onChange, error, ...props }: PrincipalFieldProps) {
  const { t } = useTranslation('form');
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [unknown, setUnknown] = useState<string[]>([]);
  const [isLeft, setLeft] = useState(false);
  const unchecked = text.trim();
  const found = useQuery({ ...principalsQuery(unchecked), enabled: unchecked !== '' });
  const options = unchecked === '' ? [] : (found.data ?? []);

  const option = (principal: Principal) => ({
    id: principal.id,
    label: principal.display_name,
    detail: `${t(`kind_${principal.kind}`)} · ${shortAddress(principal.address)}`,
  });
  const check = async (typed: string) => {
    const names = typed
      .split(';')
      .map((name) => name.trim())
      .filter(Boolean);
    const checked = await Promise.all(
      names.map(async (name) => findTyped(await queries.fetchQuery(principalsQuery(name)), name)),
    );
    const fresh = checked.filter((principal) => principal !== undefined);
    onChange([...new Map([...value, ...fresh].map((principal) => [principal.id, principal])).values()]);
    setUnknown(names.filter((_, index) => checked[index] === undefined));
  };

  const problem =
    unknown.length > 0
      ? t('unknown_names', { names: unknown.join('; ') })
      : isLeft && unchecked !== ''
        ? t('unchecked_names', { names: unchecked })
        : error;

  return (
    <div data-unchecked={unchecked !== '' || undefined}>
      <TokenField
        {...props}
        tokens={value.map(option)}
        options={options.map(option)}
        onChange={(tokens) => {
          const known = [...value, ...options];
          onChange(tokens.flatMap(({ id }) => known.find((principal) => principal.id === id) ?? []));
        }}
        onSearch={(typed) => {
          setText(typed);
          setLeft(false);
          if (typed !== '') setUnknown([]);
        }}
        onFocusChange={(isFocused) => {
          if (!isFocused) setLeft(true);
        }}
        onSubmitText={(typed) => {
          void check(typed);
          return true;
        }}
        placeholder={t('add_principal')}
        emptyText={found.isFetching ? t('searching') : t('nobody_found')}
        error={problem}
      />
    </div>
  );
}
