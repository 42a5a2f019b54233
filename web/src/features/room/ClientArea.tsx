/** The conversation area. */
import { Outlet } from '@tanstack/react-router';

export function ClientArea() {
  return <Outlet />;
}

export function HomePage() {
  return null;
}

export function RoomPage() {
  return null;
}
