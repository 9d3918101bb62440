import { useParams } from 'wouter'

export function Asset() {
  const { asset = '' } = useParams<{ asset: string }>()
  return <h1>{asset}</h1>
}
