import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type DragEvent } from 'react';
import { upload, UploadError } from '../../../shared/uploading';
import { ask, RefusedError } from '../../client';
import { VerifyDocument, type VerifyQuery } from '../../gql/graphql';
import { DocumentVerdict } from './DocumentVerdict';

type Look =
  | { step: 'READY' }
  | { step: 'LOOKING'; name: string }
  | { step: 'FAILED'; sentence: string }
  | { step: 'DONE'; name: string; verification: VerifyQuery['verify'] };

/** Drop a file, or choose one, and hear whether the registry knows it. */
export function VerifyFile() {
  const { t } = useLingui();
  const [look, setLook] = useState<Look>({ step: 'READY' });
  const [over, setOver] = useState(false);

  async function judge(file: File | undefined): Promise<void> {
    if (!file) return;
    setLook({ step: 'LOOKING', name: file.name });
    try {
      const { verify } = await ask(VerifyDocument, { upload: await upload(file) });
      setLook({ step: 'DONE', name: file.name, verification: verify });
    } catch (error) {
      const known = error instanceof UploadError || error instanceof RefusedError;
      const sentence = known ? error.message : '';
      setLook({ step: 'FAILED', sentence: sentence || t`Không kết nối được máy chủ. Hãy kiểm tra mạng rồi thử lại.` });
    }
  }

  function drop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    void judge(event.dataTransfer?.files[0]);
  }

  return (
    <section className="verify" aria-labelledby="verify-title">
      <h2 id="verify-title">
        <Trans>Kiểm tra một tệp</Trans>
      </h2>
      <div
        className={over ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <p id="file-hint">
          <Trans>Bạn nhận được tệp PDF hoặc XML? Kiểm tra xem tệp có đúng là bản trong sổ gốc của Sở. Tệp chỉ được giữ 15 phút.</Trans>
        </p>
        <input
          id="file"
          className="unseen"
          type="file"
          accept=".pdf,.xml,application/pdf,application/xml,text/xml"
          aria-describedby="file-hint"
          disabled={look.step === 'LOOKING'}
          onChange={(event) => {
            const box = event.currentTarget;
            void judge(box.files?.[0]).then(() => (box.value = ''));
          }}
        />
        <label htmlFor="file" className="button quiet">
          <Trans>Chọn tệp</Trans>
        </label>
        <span className="hint or-drop">
          <Trans>hoặc kéo tệp vào đây</Trans>
        </span>
      </div>
      <Outcome look={look} />
    </section>
  );
}

function Outcome({ look }: { look: Look }) {
  switch (look.step) {
    case 'READY':
      return null;
    case 'LOOKING':
      return (
        <p role="status">
          <Trans>Đang kiểm tra {look.name}…</Trans>
        </p>
      );
    case 'FAILED':
      return (
        <p className="error" role="alert">
          {look.sentence}
        </p>
      );
    case 'DONE':
      return <DocumentVerdict name={look.name} verification={look.verification} />;
  }
}
