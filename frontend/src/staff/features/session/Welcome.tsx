import { Trans, useLingui } from '@lingui/react/macro';
import { useTitle } from '../../ui/useTitle';
import { useQuery } from 'urql';
import { SignInProvidersDocument } from '../../gql/graphql';
import { signInAddress } from './signInAddress';

/** What somebody sees who has not signed in. */
export function Welcome() {
  const { t } = useLingui();
  useTitle(t`Đăng nhập`);
  const [{ data }] = useQuery({ query: SignInProvidersDocument });
  // the first is the staff's, which the button above them opens
  const others = data?.signInProviders.slice(1) ?? [];
  return (
    <div className="welcome">
      <h1>
        <Trans>Học bạ số cấp tiểu học</Trans>
      </h1>
      <p>
        <Trans>Nơi nhà trường lập, ký số và nộp học bạ; nơi Phòng và Sở theo dõi, kiểm tra và chốt.</Trans>
      </p>
      <p>
        <a className="button primary big" href={signInAddress()}>
          <Trans>Đăng nhập</Trans>
        </a>
      </p>
      {others.map((provider) => (
        <p key={provider.id}>
          <a className="button" href={signInAddress(provider.id)}>
            <Trans>Đăng nhập bằng {provider.label}</Trans>
          </a>
        </p>
      ))}
      <p>
        <Trans>
          Cha mẹ học sinh và nơi nhận học bạ không cần tài khoản: <a href="/tra-cuu">tra cứu bằng mã trên học bạ</a>.
        </Trans>
      </p>
    </div>
  );
}

/** Signed in, but nobody has given this person anything to do today. */
export function Unassigned({ name }: { name: string }) {
  const { t } = useLingui();
  useTitle(t`Chưa được phân công`);
  return (
    <div className="welcome">
      <h1>{name}</h1>
      <p>
        <Trans>Tài khoản của bạn chưa được phân công ở đơn vị nào. Hãy liên hệ quản trị của trường hoặc của Sở.</Trans>
      </p>
    </div>
  );
}
