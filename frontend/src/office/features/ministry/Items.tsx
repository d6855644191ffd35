import { Trans, useLingui } from '@lingui/react/macro';
import type { MinistryItemState, MinistryReportQuery } from '../../gql/graphql';
import { Pager, type Pages } from '../../ui/Pager';
import { Tag } from '../../ui/Tag';
import { ITEM_STATES } from './actions';
import { RecordCell } from './RecordCell';

const STATES = Object.keys(ITEM_STATES) as MinistryItemState[];

interface ItemsProps {
  page: MinistryReportQuery['ministryItems'];
  pages: Pages;
  state: MinistryItemState | null;
  onState: (state: MinistryItemState | null) => void;
}

/** What the Ministry said of each record. */
export function Items({ page, pages, state, onState }: ItemsProps) {
  const { t } = useLingui();
  return (
    <section aria-labelledby="items">
      <h2 id="items">
        <Trans>Từng học bạ</Trans>
      </h2>
      <div className="state-filter">
        <button type="button" aria-current={state === null ? 'true' : undefined} onClick={() => onState(null)}>
          <Trans>Tất cả</Trans>
        </button>
        {STATES.map((item) => (
          <button key={item} type="button" aria-current={state === item ? 'true' : undefined} onClick={() => onState(item)}>
            {t(ITEM_STATES[item].label)}
          </button>
        ))}
      </div>
      <table className="table" aria-labelledby="items">
        <thead>
          <tr>
            <th scope="col">{t`Học sinh`}</th>
            <th scope="col">{t`Tình trạng`}</th>
            <th scope="col">{t`Lý do`}</th>
          </tr>
        </thead>
        <tbody>
          {page.nodes.map((item) => (
            <tr key={item.recordId}>
              <RecordCell record={item.record} />
              <td>
                <Tag view={ITEM_STATES[item.state]} />
              </td>
              <td>{[item.code, item.reason].filter(Boolean).join(': ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Pager pages={pages} info={page.pageInfo} />
    </section>
  );
}
