import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { ProblemError } from '../../api/problem';
import { type FormOptions, useForm } from './useForm';

interface Addin {
  name: string;
  url: string;
}

const stored: Addin = { name: 'Stock history', url: 'https://prices.contoso.example/' };

function refusal(code: string, field?: string): ProblemError {
  return new ProblemError({
    type: `urn:perch:problem:${code}`,
    title: code,
    status: 409,
    code,
    detail: code,
    ...(field !== undefined && { field }),
  });
}

function open(options: Partial<FormOptions<Addin, Addin>> = {}) {
  const save = vi.fn(options.save ?? (async () => {}));
  const onSaved = vi.fn();
  const queries = new QueryClient();
  const { result, rerender } = renderHook(
    (changed: Partial<FormOptions<Addin, Addin>>) =>
      useForm<Addin, Addin>({
        stored,
        revision: 1,
        bodyOf: (values) => values,
        check: ({ name }) => ({ name: name === '' ? 'Give a name.' : undefined }),
        ...changed,
        save,
        onSaved,
      }),
    {
      initialProps: options,
      wrapper: ({ children }: { children: ReactNode }) => (
        <QueryClientProvider client={queries}>{children}</QueryClientProvider>
      ),
    },
  );
  const type = (key: keyof Addin, value: string) => act(() => result.current.set(key)(value));
  const submit = () => {
    let wrong: string | undefined;
    act(() => {
      wrong = result.current.submit();
    });
    return wrong;
  };
  return { result, rerender, save, onSaved, type, submit };
}

describe('A form', () => {
  it('sends only what was changed, with the revision it was read at', async () => {
    const { save, onSaved, type, submit } = open();
    type('name', 'Prices');
    submit();
    await waitFor(() => expect(onSaved).toHaveBeenCalled());
    expect(save.mock.calls[0]?.slice(1)).toEqual([{ name: 'Prices' }, 1]);
  });

  it('sends nothing when nothing was changed', () => {
    const { save, onSaved, submit } = open();
    submit();
    expect(onSaved).toHaveBeenCalled();
    expect(save).not.toHaveBeenCalled();
  });

  it('says what is wrong once it was committed, and sends nothing', () => {
    const { result, save, type, submit } = open();
    type('name', '');
    expect(result.current.field('name').error).toBeUndefined();
    expect(submit()).toBe('name');
    expect(result.current.errors).toEqual([{ field: 'name', message: 'Give a name.' }]);
    expect(save).not.toHaveBeenCalled();
  });

  it('shows a refusal beside its field until the field is changed', async () => {
    const { result, type, submit } = open({
      save: () => Promise.reject(refusal('DuplicateAddinName', 'name')),
    });
    type('name', 'Topic of the day');
    submit();
    await waitFor(() => expect(result.current.field('name').error).toContain('choose another name'));
    type('url', 'https://other.example/');
    expect(result.current.field('name').error).toBeDefined();
    type('name', 'Topic of the week');
    expect(result.current.errors).toEqual([]);
  });

  it('lists a refusal that names none of its fields', async () => {
    const { result, type, submit } = open({ save: () => Promise.reject(refusal('ErrorPermission')) });
    type('name', 'Prices');
    submit();
    await waitFor(() => expect(result.current.errors).toHaveLength(1));
    expect(result.current.errors[0]?.field).toBeUndefined();
  });

  it('takes over what somebody else stored, but for what was changed here', () => {
    const { result, rerender, type } = open();
    type('name', 'Prices');
    rerender({ stored: { name: 'History', url: 'https://new.example/' }, revision: 2 });
    expect(result.current.isOutdated).toBe(true);
    expect(result.current.values.url).toBe(stored.url);
    act(() => result.current.takeOver());
    expect(result.current.isOutdated).toBe(false);
    expect(result.current.values).toEqual({ name: 'Prices', url: 'https://new.example/' });
  });
});
