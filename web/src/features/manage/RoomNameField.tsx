/** The name of a room, with "check name": whether it is free in the pool, on leaving the field or when asked. */
import { useMutation } from '@tanstack/react-query';
import { CircleCheck, SearchCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { api, unwrap } from '../../api/client';
import { IconButton } from '../../ui/IconButton';
import { TextField } from '../../ui/TextField';
import styles from './RoomNameField.module.css';

export interface RoomNameFieldProps {
  pool: string;
  /** The name that the room has now, which is its own. */
  stored?: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  changed: boolean;
}

export function RoomNameField({ pool, stored, value, error, ...props }: RoomNameFieldProps) {
  const { t } = useTranslation('manage');
  const check = useMutation({
    mutationFn: (name: string) =>
      unwrap(api.GET('/api/v1/pools/{pool}/room-name', { params: { path: { pool }, query: { name } } })),
  });
  const name = value.trim();
  const isOwn = name.toLocaleLowerCase() === stored?.toLocaleLowerCase();
  const answer = check.variables === name ? check.data : undefined;
  const ask = () => {
    if (name !== '' && !isOwn && check.variables !== name) check.mutate(name);
  };

  return (
    <TextField
      {...props}
      label={t('name')}
      value={value}
      onBlur={ask}
      autoFocus
      isRequired
      description={answer?.available ? t('name_free') : undefined}
      error={error ?? (answer?.available === false ? t('name_taken') : undefined)}
      suffix={
        <IconButton
          label={t('check_name')}
          className={styles.check ?? ''}
          onPress={ask}
          isDisabled={name === '' || isOwn}
        >
          {answer?.available ? (
            <CircleCheck className={styles.free} aria-hidden />
          ) : (
            <SearchCheck aria-hidden />
          )}
        </IconButton>
      }
    />
  );
}
