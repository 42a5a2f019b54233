/**
 * A document of ours as elements. Only what our documents use; anything else is shown as its source, so that it is
 * noticed. No markup of the source ever becomes markup here.
 */
import type { Token, Tokens } from 'marked';
import type { ReactNode } from 'react';
import styles from './Author.module.css';

export function Markdown({ tokens }: { tokens: readonly Token[] }) {
  return <div className={styles.document}>{tokens.map(block)}</div>;
}

/** As GitHub makes it, so that the links of the document lead somewhere here too. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

const HEADINGS = ['h1', 'h2', 'h3', 'h4'] as const;

function block(token: Token, key: number): ReactNode {
  switch (token.type) {
    case 'space':
      return null;
    case 'heading': {
      const { depth, text, tokens } = token as Tokens.Heading;
      const Heading = HEADINGS[depth - 1] ?? 'h4';
      return (
        <Heading key={key} id={anchor(text)}>
          {inline(tokens)}
        </Heading>
      );
    }
    case 'paragraph':
      return <p key={key}>{inline((token as Tokens.Paragraph).tokens)}</p>;
    case 'code':
      return <Source key={key} text={(token as Tokens.Code).text} />;
    case 'list': {
      const { ordered, items } = token as Tokens.List;
      const List = ordered ? 'ol' : 'ul';
      return (
        <List key={key}>
          {items.map((item) => (
            <li key={item.raw}>{inline(item.tokens)}</li>
          ))}
        </List>
      );
    }
    case 'table': {
      const { header, rows } = token as Tokens.Table;
      // Some of our tables have no heads: their first row says nothing.
      const named = header.some(({ text }) => text !== '');
      return (
        <div key={key} className={styles.wide}>
          <table>
            {named && (
              <thead>
                <tr>
                  {header.map((cell, place) =>
                    cell.text === '' ? (
                      // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move.
                      <td key={place} />
                    ) : (
                      <th key={cell.text}>{inline(cell.tokens)}</th>
                    ),
                  )}
                </tr>
              </thead>
            )}
            <tbody>
              {rows.map((cells) => (
                <tr key={cells.map(({ text }) => text).join()}>
                  {cells.map((cell, place) => (
                    <td key={header[place]?.text || place}>{inline(cell.tokens)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    }
    default:
      return <Source key={key} text={token.raw} />;
  }
}

function inline(tokens: readonly Token[] = []): ReactNode[] {
  return tokens.map((token, key) => {
    switch (token.type) {
      case 'strong':
        return <strong key={token.raw}>{inline((token as Tokens.Strong).tokens)}</strong>;
      case 'em':
        return <em key={token.raw}>{inline((token as Tokens.Em).tokens)}</em>;
      case 'codespan':
        return <code key={`${token.raw} ${key.toString()}`}>{(token as Tokens.Codespan).text}</code>;
      case 'link': {
        const { href, tokens: words } = token as Tokens.Link;
        // The other documents are not here: of a link to them the words stay.
        return href.startsWith('#') ? (
          <a key={token.raw} href={href}>
            {inline(words)}
          </a>
        ) : (
          <span key={token.raw}>{inline(words)}</span>
        );
      }
      case 'text': {
        const { tokens: parts, text } = token as Tokens.Text;
        return parts === undefined ? text : inline(parts);
      }
      case 'escape':
        return (token as Tokens.Escape).text;
      default:
        return token.raw;
    }
  });
}

/** Source text that can be scrolled by keyboard. */
export function Source({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard.
    <pre className={styles.source} tabIndex={0}>
      <code>{text}</code>
    </pre>
  );
}
