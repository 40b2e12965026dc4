/** Play grants, asked for as applications do. */

/** The grant of a title for a device, and the device's name with it. */
export async function askGrant(base, id, device) {
  const asked = { method: "POST", body: JSON.stringify({ device }) };
  const answer = await fetch(`${base}/api/titles/${encodeURIComponent(id)}/play`, asked);
  if (!answer.ok) throw new Error(`${id} is not granted: ${await answer.text()}`);
  return { ...(await answer.json()), device };
}
