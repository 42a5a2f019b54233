export function RoomFinder({ onClose: _ }: { onClose: () => void }) {
  return null;
}
