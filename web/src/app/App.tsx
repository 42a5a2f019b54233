/** What surrounds every page: data, router, locale of the components, notices. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { RouterProvider as AriaRouterProvider, I18nProvider } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/problem';
import { ToastRegion } from '../ui/ToastRegion';
import { ErrorBoundary } from './ErrorBoundary';
import { createAppRouter } from './router';

function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        refetchOnWindowFocus: false,
        // A refusal will not change by asking again; a lost connection might.
        retry: (failures, error) =>
          failures < 2 && !(error instanceof ProblemError && error.status >= 400 && error.status < 500),
      },
    },
  });
}

export function App() {
  const { i18n } = useTranslation();
  const [queries] = useState(createQueries);
  const [router] = useState(() => createAppRouter(queries));
  return (
    <I18nProvider locale={i18n.language === 'en' ? 'en-GB' : i18n.language}>
      <AriaRouterProvider navigate={(href) => router.history.push(href)}>
        <QueryClientProvider client={queries}>
          <ErrorBoundary>
            <RouterProvider router={router} />
          </ErrorBoundary>
          <ToastRegion />
        </QueryClientProvider>
      </AriaRouterProvider>
    </I18nProvider>
  );
}
