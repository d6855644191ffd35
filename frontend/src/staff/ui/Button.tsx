import type { ComponentProps } from 'react';

type ButtonProps = ComponentProps<'button'> & { look?: 'primary' | 'quiet' | 'danger' };

export function Button({ look = 'quiet', className = '', ...rest }: ButtonProps) {
  return <button type="button" className={`button ${look} ${className}`} {...rest} />;
}
