from fastapi import APIRouter

from api_gateway.credentials import service
from api_gateway.credentials.schemas import Credential, CredentialList, CredentialPut, CredentialTest, ServiceName
from api_gateway.credentials.sealed import CredentialMissing
from api_gateway.sessions import MemberSession
from kit.errors import responses

router = APIRouter(prefix="/credentials")


@router.get("", operation_id="credentials_list", summary="List the vendor keys that are set, without the keys.")
async def list_credentials(member: MemberSession) -> CredentialList:
    return await service.list_credentials(member)


@router.put(
    "/{service_name}",
    operation_id="credentials_put",
    summary="Set or replace a vendor key; it is sealed and can never be read again.",
)
async def put_credential(member: MemberSession, service_name: ServiceName, wanted: CredentialPut) -> Credential:
    return await service.put_credential(member, service_name, wanted)


@router.delete("/{service_name}", operation_id="credentials_delete", summary="Forget a vendor key.", status_code=204)
async def delete_credential(member: MemberSession, service_name: ServiceName) -> None:
    await service.delete_credential(member, service_name)


@router.post(
    "/{service_name}/test",
    operation_id="credentials_test",
    summary="Ask the vendor whether the stored key works.",
    responses=responses(CredentialMissing),
)
async def test_credential(member: MemberSession, service_name: ServiceName) -> CredentialTest:
    return await service.check_credential(member, service_name)
